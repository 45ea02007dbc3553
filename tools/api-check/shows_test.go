package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestManifestsThatAreExpected(t *testing.T) {
	const rendered = "kind: A\nmetadata: {name: a, namespace: models}\nspec: {b: 1, c: 2}\n"
	for _, c := range []struct{ name, expected, finding string }{
		{"are there with fewer fields", "kind: A\nmetadata: {name: a, namespace: models}\nspec: {b: 1}\n", ""},
		{"differ in a field", "kind: A\nmetadata: {name: a, namespace: models}\nspec: {b: 2}\n", "spec.b: expected 2, got 1"},
		{"are not there", "kind: A\nmetadata: {name: b, namespace: models}\n", "A models/b is not rendered"},
		{"are no YAML", "kind: A\n metadata: {\n", "expected.yaml: error"},
		{"are no YAML after one that is", "kind: A\nmetadata: {name: a, namespace: models}\n---\n- b: [\n", "expected.yaml: error"},
		{"are none", "# nothing\n---\n", "expected.yaml has no object"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "expected.yaml")
			if err := os.WriteFile(file, []byte(c.expected), 0o600); err != nil {
				t.Fatal(err)
			}
			found := strings.Join(missing(file, rendered), "; ")
			if c.finding == "" && found != "" || !strings.Contains(found, c.finding) {
				t.Errorf("found %q, wanted %q", found, c.finding)
			}
		})
	}
}

func TestSeriesThatTwoRulesRecord(t *testing.T) {
	rules := func(name, label string) string {
		return "---\nkind: PrometheusRule\nmetadata: {name: " + name + "}\nspec: {groups: [{rules: [{record: r, labels: {name: " + label + "}}]}]}\n"
	}
	if found := recordedTwice(rules("a", "a") + rules("b", "b")); len(found) > 0 {
		t.Errorf("found %v", found)
	}
	if found := recordedTwice(rules("a", "a") + rules("b", "a")); len(found) != 1 {
		t.Errorf("found %v", found)
	}
}
