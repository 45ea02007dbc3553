// What the dashboard shows. Only metrics of the server itself, so that it needs nothing beside a Prometheus that scrapes the pods.

package main

import (
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/units"
)

const (
	// The series of one release, as in the chart's template ml-serving.series, and of the chosen tracks.
	release = `namespace="$namespace",` + server + `,app_kubernetes_io_instance="$release",app_kubernetes_io_name="$name"`
	server  = `app_kubernetes_io_component="server"`
	series  = release + `,ml_serving_track=~"$track"`
	// The operations that predict, as in the chart's template ml-serving.predictions.
	predictions = `operation=~"predict|predict_batch|mlflow_invocations|v1_predict|vertex_predict|v2_infer|grpc_model_infer"`
	// Joins what a pod serves to what it counts.
	versions = ` * on (job, instance) group_left (model_version) model_info{` + series + `}`
)

type query struct{ legend, expr string }

type panel struct {
	kind, title, about, unit string
	// Of the 24 columns.
	width   uint32
	queries []query
}

type row struct {
	title  string
	panels []panel
}

// rate of a counter's series that match.
func rate(counter string, matchers ...string) string {
	return "rate(" + counter + "{" + strings.Join(append([]string{series}, matchers...), ",") + "}[$__rate_interval])"
}

// requests that predict, by the labels; the matchers may narrow them.
func requests(by string, matchers ...string) string {
	return "sum" + by + " (" + rate("http_requests_total", append([]string{predictions}, matchers...)...) + ")"
}

func quantile(q, by, of string) string {
	return "histogram_quantile(" + q + ", sum by (le" + by + ") (" + of + "))"
}

func quantiles(histogram string, matchers ...string) []query {
	found := []query{}
	for _, q := range []struct{ legend, q string }{{"median", "0.5"}, {"90 %", "0.9"}, {"99 %", "0.99"}, {"99.9 %", "0.999"}} {
		found = append(found, query{q.legend, quantile(q.q, "", rate(histogram+"_bucket", matchers...))})
	}
	return found
}

// A model with several targets counts its classes by target.
const classes = `sum by (target, class) (rate({__name__=~"prediction_class_total|prediction_target_class_total",` + series + `}[1h]OFFSET))`

func shares(offset string) string {
	rows := strings.ReplaceAll(classes, "OFFSET", offset)
	return rows + " / on (target) group_left () sum by (target) (" + rows + ")"
}

const (
	faults  = `code=~"5..|429"`
	refused = `code=~"4..",code!="429"`
)

var rows = []row{
	{"Now", []panel{
		{"stat", "Pods with a model", "Of all pods that Prometheus knows", units.Short, 4, []query{{"serving", `count(model_info{` + series + `})`}, {"pods", `count(up{` + series + `})`}}},
		{"stat", "Predictions", "Requests that predict", units.RequestsPerSecond, 4, []query{{"", requests("")}}},
		{"stat", "Failed by the server", "Share of requests answered 5xx or 429", units.PercentUnit, 4, []query{{"", `(` + requests("", faults) + ` or vector(0)) / ` + requests("")}}},
		{"stat", "Slowest 1 %", "99th percentile from complete body to answer", units.Seconds, 4, []query{{"", quantile("0.99", "", rate("prediction_latency_seconds_bucket"))}}},
		{"stat", "In flight", "Requests that have begun and not ended, of the fullest pod, less the scrape itself", units.Short, 4, []query{{"", `max(http_requests_in_flight{` + series + `} - 1)`}}},
		{"stat", "Versions", "Different models that are served", units.Short, 4, []query{{"", `count(count by (digest) (model_info{` + series + `}))`}}},
	}},
	{"Requests", []panel{
		{"timeseries", "Requests by operation", "", units.RequestsPerSecond, 8, []query{{"{{operation}}", `sum by (operation) (` + rate("http_requests_total") + `)`}}},
		{"timeseries", "Predictions by status code", "", units.RequestsPerSecond, 8, []query{{"{{code}}", requests(" by (code)")}}},
		{"timeseries", "Share of failed predictions", "Faults of the server are 5xx and 429, faults of the client the other 4xx", units.PercentUnit, 8, []query{
			{"server", `(` + requests("", faults) + ` or vector(0)) / ` + requests("")},
			{"client", `(` + requests("", refused) + ` or vector(0)) / ` + requests("")}}},
	}},
	{"Latency", []panel{
		{"timeseries", "Prediction", "From the complete body to the finished answer", units.Seconds, 12, quantiles("prediction_latency_seconds")},
		{"timeseries", "Whole request", "From a request's headers to its answer, with the time for the body", units.Seconds, 12, quantiles("http_request_duration_seconds", predictions)},
	}},
	{"Rows and classes", []panel{
		{"timeseries", "Rows", "", units.RowsPerSecond, 6, []query{{"{{status}}", `sum by (status) (` + rate("predictions_total") + `)`}}},
		{"timeseries", "Rows per request", "", units.Short, 6, []query{
			{"mean", `sum (` + rate("prediction_rows_sum") + `) / sum (` + rate("prediction_rows_count") + `)`},
			{"99 %", quantile("0.99", "", rate("prediction_rows_bucket"))}}},
		{"shares", "Share of each class", "Over an hour", units.PercentUnit, 6, []query{{"{{target}} {{class}}", shares("")}}},
		{"shares", "Share of each class a week ago", "Over an hour; a difference is a change in the data or in the model", units.PercentUnit, 6, []query{{"{{target}} {{class}}", shares(" offset 1w")}}},
	}},
	{"Versions and tracks side by side", []panel{
		{"timeseries", "Predictions", "", units.RequestsPerSecond, 6, []query{{"{{ml_serving_track}} {{model_version}}", `sum by (ml_serving_track, model_version) (` + rate("http_requests_total", predictions) + versions + `)`}}},
		{"timeseries", "Failed by the server", "", units.RequestsPerSecond, 6, []query{{"{{ml_serving_track}} {{model_version}}", `sum by (ml_serving_track, model_version) (` + rate("http_requests_total", predictions, faults) + versions + `)`}}},
		{"timeseries", "Slowest 1 %", "99th percentile of the prediction", units.Seconds, 6, []query{{"{{ml_serving_track}} {{model_version}}", quantile("0.99", ", ml_serving_track, model_version", rate("prediction_latency_seconds_bucket")+versions)}}},
		{"timeseries", "Rows by class", "", units.RowsPerSecond, 6, []query{{"{{ml_serving_track}} {{model_version}}: {{class}}", `sum by (ml_serving_track, model_version, class) (` + rate("prediction_class_total") + versions + `)`}}},
	}},
	{"Models", []panel{
		{"table", "What each pod serves", "`cache`: the registry did not answer when the pod started", "", 16, []query{{"", `model_info{` + series + `}`}}},
		{"timeseries", "Time to load the model", "", units.Seconds, 4, []query{{"{{pod}}", `model_load_seconds{` + series + `}`}}},
		{"timeseries", "Failed attempts to load", "In ten minutes", units.Short, 4, []query{{"{{reason}}", `sum by (reason) (increase(model_load_failures_total{` + series + `}[10m]))`}}},
	}},
	{"Resources", []panel{
		// The server counts whole seconds, of which a shorter time has too few.
		{"timeseries", "CPU", "Cores, over five minutes", units.Short, 6, []query{{"{{pod}}", `sum by (pod) (rate(process_cpu_seconds_total{` + series + `}[5m]))`}}},
		{"timeseries", "Memory", "Resident", units.BytesIEC, 6, []query{{"{{pod}}", `sum by (pod) (process_resident_memory_bytes{` + series + `})`}}},
		{"timeseries", "In flight", "Less the scrape itself. The limit is `server.max_in_flight`", units.Short, 6, []query{{"{{pod}}", `sum by (pod) (http_requests_in_flight{` + series + `} - 1)`}}},
		{"timeseries", "Restarts of containers", "In an hour", units.Short, 6, []query{{"{{pod}}", `sum by (pod) (changes(process_start_time_seconds{` + series + `}[1h]))`}}},
	}},
}
