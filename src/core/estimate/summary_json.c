// Summary as JSON.
#include "../io/json_number.h"
#include "summary.h"

// Function j: its name and its numbers.
static json_t *value_json(const fol_summary *summary, const char *const *names, size_t j)
{
    const struct {
        const char *key;
        double value;
    } field[] = {{"estimate", summary->estimate[j]}, {"se", summary->se[j]},
                 {"lower", summary->lower[j]},       {"upper", summary->upper[j]},
                 {"lower_t", summary->lower_t[j]},   {"upper_t", summary->upper_t[j]},
                 {"variance", summary->variance[j]}, {"variance_se", summary->variance_se[j]},
                 {"work", summary->work[j]},         {"work_se", summary->work_se[j]},
                 {"kurtosis", summary->kurtosis[j]}, {"tail_index", summary->tail_index[j]},
                 {"bias", summary->bias[j]},         {"bias_se", summary->bias_se[j]}};
    json_t *json = json_object();
    bool whole = json && (!names || json_object_set_new(json, "name", json_string(names[j])) == 0);
    for (size_t f = 0; f < sizeof field / sizeof *field; f++)
        whole = whole && json_object_set_new(json, field[f].key, fol_json_number(field[f].value)) == 0;
    if (!whole) {
        json_decref(json);
        return NULL;
    }
    return json;
}

static json_t *values_json(const fol_summary *summary, const char *const *names)
{
    json_t *array = json_array();
    for (size_t j = 0; j < summary->q; j++)
        if (json_array_append_new(array, value_json(summary, names, j)) != 0) {
            json_decref(array);
            return NULL;
        }
    return array;
}

static json_t *covariances_json(const fol_summary *summary)
{
    json_t *array = json_array();
    for (size_t j = 0; j < summary->q; j++)
        if (json_array_append_new(array, fol_json_numbers(summary->q, summary->vcov + j * summary->q)) != 0) {
            json_decref(array);
            return NULL;
        }
    return array;
}

void *fol_summary_to_json(const fol_summary *summary, const char *const *names)
{
    size_t n_layers = FOL_TALLY_LAYERS;
    while (n_layers > 0 && summary->layers[n_layers - 1] == 0)
        n_layers--;
    json_t *json = json_object();
    const bool whole = json_object_set_new(json, "level", fol_json_number(summary->level)) == 0 &&
                       json_object_set_new(json, "n", fol_json_number(summary->n)) == 0 &&
                       json_object_set_new(json, "cost", fol_json_number(summary->cost)) == 0 &&
                       json_object_set_new(json, "pilot_cost", fol_json_number(summary->pilot_cost)) == 0 &&
                       json_object_set_new(json, "seconds", fol_json_number(summary->seconds)) == 0 &&
                       json_object_set_new(json, "df", fol_json_number(summary->df)) == 0 &&
                       json_object_set_new(json, "heavy", json_boolean(summary->heavy)) == 0 &&
                       json_object_set_new(json, "values", values_json(summary, names)) == 0 &&
                       json_object_set_new(json, "vcov", covariances_json(summary)) == 0 &&
                       json_object_set_new(json, "layers", fol_json_numbers(n_layers, summary->layers)) == 0;
    if (!whole) {
        json_decref(json);
        return NULL;
    }
    return json;
}
