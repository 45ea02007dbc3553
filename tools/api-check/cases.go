package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

type chartUnderTest struct {
	files    map[string][]byte
	defaults values
}

// An entry of the table: values, and what is expected of them.
type entry struct {
	Name string `json:"case"`
	// Releases that are rendered together and must not collide; one by default.
	Releases []string `json:"releases"`
	// The version of Kubernetes that Helm tells the chart.
	Kubernetes string `json:"kubernetes"`
	Values     values `json:"values"`
	// A values file, beside the table, that Values are laid over.
	ValuesFile string `json:"valuesFile"`
	Namespace  string `json:"namespace"`
	// "Helm 3" or "Helm 4" alone, where both would find the same and it takes long.
	Helm string `json:"helm"`
	// Makes the chart a subchart, once by each of these names; values are then the parent's, or in its own values.yaml.
	Umbrella []string `json:"umbrella"`
	// These are in the parent's values.yaml.
	Parent values `json:"parent"`
	// A part of the chart's message, without "ERROR: ". Without it the API must accept what is rendered.
	Refused string `json:"refused"`
	// A file beside the table with manifests whose fields must all be in what is rendered.
	Shows string `json:"shows"`
	// Try every key of values.yaml set to null, or every block as if an older release had kept values without it.
	EveryKey string `json:"everyKey"`
}

func (c *chartUnderTest) readTable(file string) (trials []*trial) {
	var entries []entry
	read(file, &entries)
	for _, entry := range entries {
		if entry.ValuesFile != "" {
			var base values
			read(filepath.Join(filepath.Dir(file), entry.ValuesFile), &base)
			entry.Values = over(base, entry.Values)
		}
		if entry.Shows != "" {
			entry.Shows = filepath.Join(filepath.Dir(file), entry.Shows)
		}
		switch entry.EveryKey {
		case "":
			trials = append(trials, c.trials(entry, false)...)
		case "null", "absent":
			trials = append(trials, c.everyKey(entry)...)
		default:
			fatal(fmt.Errorf("%s: everyKey is %q", entry.Name, entry.EveryKey))
		}
	}
	return trials
}

// trials gives a trial per Helm.
func (c *chartUnderTest) trials(e entry, restricted bool) (trials []*trial) {
	want := expectation{refused: e.Refused, restricted: restricted, shows: e.Shows}
	for helm := range helms {
		if e.Helm != "" && e.Helm != helm {
			continue
		}
		var renders []render
		for _, release := range orDefault(e.Releases) {
			renders = append(renders, render{
				files: c.under(e), release: release, namespace: or(e.Namespace, "models"), values: copied(e.Values),
				kubernetes: or(e.Kubernetes, "1.37"),
			})
		}
		trials = append(trials, &trial{name: e.Name, helm: helm, renders: renders, want: want})
	}
	return trials
}

// under gives the files of the chart, or of a parent with it as a subchart.
func (c *chartUnderTest) under(e entry) map[string][]byte {
	if len(e.Umbrella) == 0 {
		return c.files
	}
	files := map[string][]byte{}
	chart := bytes.NewBufferString("apiVersion: v2\nname: platform\nversion: 1.0.0\ndependencies:\n")
	for _, alias := range e.Umbrella {
		fmt.Fprintf(chart, "  - {name: ml-serving, version: '*', alias: %s, condition: %s.enabled}\n", alias, alias)
	}
	files["Chart.yaml"] = chart.Bytes()
	files["values.yaml"], _ = yaml.Marshal(e.Parent)
	for name, data := range c.files {
		files["charts/ml-serving/"+name] = data
	}
	return files
}

// everyKey changes each key of values.yaml, or takes out each block, in its turn, with the values of the entry, which turn on what is off by default.
// The chart must make do without it, or say that it cannot in a message that names it.
func (c *chartUnderTest) everyKey(e entry) (trials []*trial) {
	for _, path := range paths(c.defaults, nil) {
		dotted := strings.Join(path, ".")
		if _, block := at(c.defaults, path).(map[string]any); e.EveryKey == "absent" && !block {
			continue
		}
		each := e
		each.Name, each.EveryKey, each.Values = fmt.Sprintf("%s: %s", e.Name, dotted), "", copied(e.Values)
		chart := c
		if e.EveryKey == "null" {
			set(each.Values, path, nil)
		} else {
			remove(each.Values, path)
			defaults := copied(c.defaults)
			remove(defaults, path)
			files := maps.Clone(c.files)
			files["values.yaml"], _ = yaml.Marshal(defaults)
			chart = &chartUnderTest{files: files}
		}
		for _, trial := range chart.trials(each, false) {
			trial.want.names = dotted
			trials = append(trials, trial)
		}
	}
	return trials
}

func read(file string, into any) {
	text, err := os.ReadFile(file)
	if err == nil {
		err = yaml.UnmarshalStrict(text, into)
	}
	if err != nil {
		fatal(fmt.Errorf("%s: %w", file, err))
	}
}

// over lays values over others, block by block.
func over(base, top values) values {
	base = copied(base)
	for key, value := range top {
		block, is := value.(map[string]any)
		below, was := base[key].(map[string]any)
		if is && was {
			value = over(below, block)
		}
		base[key] = value
	}
	return base
}

func paths(values values, above []string) (all [][]string) {
	for key, value := range values {
		path := append(append([]string{}, above...), key)
		all = append(all, path)
		if block, is := value.(map[string]any); is {
			all = append(all, paths(block, path)...)
		}
	}
	return all
}

func at(values values, path []string) any {
	for _, key := range path[:len(path)-1] {
		values, _ = values[key].(map[string]any)
	}
	return values[path[len(path)-1]]
}

func set(values values, path []string, value any) {
	for _, key := range path[:len(path)-1] {
		block, is := values[key].(map[string]any)
		if !is {
			block = map[string]any{}
			values[key] = block
		}
		values = block
	}
	values[path[len(path)-1]] = value
}

func remove(values values, path []string) {
	for _, key := range path[:len(path)-1] {
		block, is := values[key].(map[string]any)
		if !is {
			return
		}
		values = block
	}
	delete(values, path[len(path)-1])
}

// copied also turns numbers into the type that Helm reads them as.
func copied(values values) (copy values) {
	text, err := json.Marshal(values)
	if err == nil {
		err = json.Unmarshal(text, &copy)
	}
	if err != nil {
		fatal(err)
	}
	if copy == nil {
		copy = map[string]any{}
	}
	return copy
}

func or(text, instead string) string {
	if text == "" {
		return instead
	}
	return text
}

func orDefault(releases []string) []string {
	if len(releases) == 0 {
		return []string{"demo"}
	}
	return releases
}
