package main

import (
	"fmt"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"sync"

	"sigs.k8s.io/yaml"
)

// A trial is a case with one Helm, and what came of it.
type trial struct {
	name     string
	helm     string
	renders  []render
	want     expectation
	problems []string
}

// What is expected of a render: that the API takes it, or that the chart refuses it with a message.
type expectation struct {
	refused    string // the chart's message, a part of it; empty: valid
	names      string // where it may be refused too: the value that the message must name
	shows      string // a file of manifests, all of whose fields are to be there
	restricted bool
}

func checkChart(dir, table, only string, valuesFiles []string) int {
	files, err := readChart(dir)
	if err != nil {
		fatal(err)
	}
	chart := &chartUnderTest{files: files}
	if err := yaml.Unmarshal(files["values.yaml"], &chart.defaults); err != nil {
		fatal(err)
	}
	var trials []*trial
	for _, file := range valuesFiles {
		trials = append(trials, chart.valuesFile(file)...)
	}
	if table != "" {
		trials = append(trials, chart.readTable(table)...)
	}
	return run(trials, only)
}

func run(trials []*trial, only string) int {
	work := make(chan *trial)
	var workers sync.WaitGroup
	for range runtime.NumCPU() {
		workers.Go(func() {
			for trial := range work {
				trial.run()
			}
		})
	}
	count := 0
	for _, trial := range trials {
		if strings.Contains(trial.name, only) {
			work <- trial
			count++
		}
	}
	close(work)
	workers.Wait()
	failed := 0
	sort.SliceStable(trials, func(a, b int) bool { return trials[a].name < trials[b].name })
	for _, trial := range trials {
		for _, problem := range trial.problems {
			fmt.Printf("%s (%s): %s\n", trial.name, trial.helm, problem)
		}
		if len(trial.problems) > 0 {
			failed++
		}
	}
	fmt.Printf("api-check: %d renders, %d failed\n", count, failed)
	if failed > 0 {
		return 1
	}
	return 0
}

func (t *trial) run() {
	all := ""
	for _, render := range t.renders {
		rendered, err := helms[t.helm](render)
		if err != nil {
			t.refusal(err.Error())
			return
		}
		all += manifests(rendered)
	}
	if t.want.refused != "" {
		t.problems = []string{fmt.Sprintf("rendered, but was to be refused: %s", t.want.refused)}
		return
	}
	t.problems = append(checkManifests(all, t.want.restricted), recordedTwice(all)...)
	if t.want.shows != "" {
		t.problems = append(t.problems, missing(t.want.shows, all)...)
	}
}

func (t *trial) refusal(message string) {
	expected := t.want.refused != "" && strings.Contains(message, t.want.refused)
	if path := t.want.names; path != "" {
		ours := strings.Contains(message, "ERROR: ") && strings.Contains(message, path)
		expected = ours || strings.Contains(message, "'/"+strings.ReplaceAll(path, ".", "/"))
	}
	if expected {
		return
	}
	if _, after, found := strings.Cut(message, "ERROR: "); found {
		message = after
	}
	t.problems = []string{fmt.Sprintf("refused: %s", strings.Join(strings.Fields(message), " "))}
}

// A values file must be valid, and those that ci installs secure too.
func (c *chartUnderTest) valuesFile(file string) []*trial {
	entry := entry{Name: file}
	read(file, &entry.Values)
	return c.trials(entry, filepath.Base(filepath.Dir(file)) == "ci")
}
