// The Grafana dashboard of the chart, from rows.go. Grafana's own types build it and read it again, strictly:
//
//	go run . >../../charts/ml-serving/dashboards/ml-serving.json
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

func main() {
	text, err := build()
	if err == nil {
		err = check(text)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(string(text))
}

func build() ([]byte, error) {
	board := dashboard.NewDashboardBuilder("ml-serving").Uid("ml-serving").Tags([]string{"ml-serving"}).
		Description("One release of the chart ml-serving: requests, latency, classes, versions, models, resources").
		Time("now-3h", "now").Refresh("30s").Timezone("browser").Tooltip(dashboard.DashboardCursorSyncCrosshair).
		WithVariable(dashboard.NewDatasourceVariableBuilder("datasource").Label("Prometheus").Type("prometheus")).
		WithVariable(variable("namespace", "Namespace", `label_values(model_info{`+server+`}, namespace)`)).
		WithVariable(variable("release", "Release", `label_values(model_info{namespace="$namespace",`+server+`}, app_kubernetes_io_instance)`)).
		// A release may have several of the chart, under aliases.
		WithVariable(variable("name", "Name", `label_values(model_info{namespace="$namespace",`+server+`,app_kubernetes_io_instance="$release"}, app_kubernetes_io_name)`)).
		// Pods that are scraped without the label are of all tracks.
		WithVariable(variable("track", "Track", `label_values(model_info{`+release+`}, ml_serving_track)`).
			Multi(true).IncludeAll(true).AllValue(".*").Current(option("All", "$__all")))
	for _, row := range rows {
		board.WithRow(dashboard.NewRowBuilder(row.title))
		for _, panel := range row.panels {
			board.WithPanel(draw(panel))
		}
	}
	built, err := board.Build()
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(built, "", " ")
}

// check reads the text as Grafana's types allow it, those of panels and queries included, and refuses a field that they do not have.
func check(text []byte) error {
	plugins.RegisterDefaultPlugins()
	var read dashboard.Dashboard
	err := read.UnmarshalJSONStrict(text)
	// Without a fault the generated code returns an empty list, which is not nil.
	if faults, list := err.(cog.BuildErrors); err != nil && !(list && len(faults) == 0) {
		return err
	}
	return read.Validate()
}

func option(text, value string) dashboard.VariableOption {
	return dashboard.VariableOption{
		Text:  dashboard.StringOrArrayOfString{String: &text},
		Value: dashboard.StringOrArrayOfString{String: &value},
	}
}

func variable(name, label, query string) *dashboard.QueryVariableBuilder {
	return dashboard.NewQueryVariableBuilder(name).Label(label).Datasource(source).
		Query(dashboard.StringOrMap{Map: map[string]any{"query": query, "refId": name}}).Definition(query).
		Refresh(dashboard.VariableRefreshOnTimeRangeChanged).Sort(dashboard.VariableSortAlphabeticalAsc)
}

var source = common.DataSourceRef{Type: cog.ToPtr("prometheus"), Uid: cog.ToPtr("$datasource")}

func draw(panel panel) cog.Builder[dashboard.Panel] {
	targets := []cog.Builder[variants.Dataquery]{}
	for i, query := range panel.queries {
		target := prometheus.NewDataqueryBuilder().Datasource(source).RefId(string(rune('A' + i))).Expr(query.expr).LegendFormat(query.legend)
		if panel.kind == "table" {
			target = target.Instant().Format(prometheus.PromQueryFormatTable)
		} else {
			target = target.Range()
		}
		targets = append(targets, target)
	}
	switch panel.kind {
	case "stat":
		return stat.NewPanelBuilder().Title(panel.title).Description(panel.about).Datasource(source).Height(4).Span(panel.width).
			Unit(panel.unit).NoValue("none").Targets(targets).GraphMode(common.BigValueGraphModeArea).ColorMode(common.BigValueColorModeNone).
			ReduceOptions(common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"}))
	case "table":
		hidden := map[string]any{}
		for _, name := range []string{"Time", "Value", "__name__", "job", "instance", "endpoint", "service", "container", "namespace",
			"app_kubernetes_io_name", "app_kubernetes_io_instance", "app_kubernetes_io_component"} {
			hidden[name] = true
		}
		return table.NewPanelBuilder().Title(panel.title).Description(panel.about).Datasource(source).Height(8).Span(panel.width).
			// The builder's own footer lacks a reducer, which Grafana's type requires.
			Footer(common.NewTableFooterOptionsBuilder().Show(false).Reducer([]string{"sum"})).
			// What matters first: Grafana cuts what does not fit. A pod's name is long.
			MinWidth(80).OverrideByName("pod", []dashboard.DynamicConfigValue{{Id: "custom.width", Value: 320}}).
			Targets(targets).WithTransformation(dashboard.DataTransformerConfig{Id: "organize", Options: map[string]any{"excludeByName": hidden,
			"indexByName":  map[string]any{"pod": 0, "ml_serving_track": 1, "model_name": 2, "model_version": 3, "source": 4, "flavor": 5, "digest": 6, "run_id": 7},
			"renameByName": map[string]any{"ml_serving_track": "track", "model_name": "model", "model_version": "version", "run_id": "run"}}})
	}
	drawn := timeseries.NewPanelBuilder().Title(panel.title).Description(panel.about).Datasource(source).Height(8).Span(panel.width).
		Unit(panel.unit).Min(0).FillOpacity(8).ShowPoints(common.VisibilityModeNever).Targets(targets).
		// The builder hides the legend of a panel that says nothing of it.
		Legend(common.NewVizLegendOptionsBuilder().ShowLegend(true).DisplayMode(common.LegendDisplayModeList).Placement(common.LegendPlacementBottom)).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderDescending))
	if panel.queries[0].legend == "{{pod}}" {
		// The hashes of ReplicaSet and pod, for whole names fill a legend. The table has those.
		drawn = drawn.WithTransformation(dashboard.DataTransformerConfig{Id: "renameByRegex", Options: map[string]any{"regex": "^.*-([^-]+-[^-]+)$", "renamePattern": "$1"}})
	}
	if panel.kind == "shares" {
		drawn = drawn.Max(1).FillOpacity(50).Stacking(common.NewStackingConfigBuilder().Mode(common.StackingModeNormal))
	}
	return drawn
}
