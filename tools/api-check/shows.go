package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// missing says which fields of the manifests in a file are not, or not so, in what is rendered. Rendered objects may have more fields.
func missing(file, rendered string) (findings []string) {
	text, err := os.ReadFile(file)
	if err != nil {
		return []string{err.Error()}
	}
	there, err := objects(rendered)
	if err != nil {
		return []string{fmt.Sprintf("what is rendered: %s", err)}
	}
	expected, err := objects(string(text))
	if err != nil {
		return []string{fmt.Sprintf("%s: %s", file, err)}
	}
	if len(expected) == 0 {
		return []string{file + " has no object, so it shows nothing"}
	}
	for name, wanted := range expected {
		if object, is := there[name]; is {
			findings = append(findings, differences(name, wanted, object)...)
		} else {
			findings = append(findings, name+" is not rendered")
		}
	}
	return findings
}

func objects(text string) (map[string]any, error) {
	all := map[string]any{}
	reader := utilyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
	for {
		document, err := reader.Read()
		if err == io.EOF {
			return all, nil
		}
		var object map[string]any
		if err == nil {
			err = yaml.Unmarshal(document, &object)
		}
		if err != nil {
			return nil, err
		}
		if object == nil {
			continue
		}
		metadata, _ := object["metadata"].(map[string]any)
		all[fmt.Sprintf("%v %v/%v", object["kind"], metadata["namespace"], metadata["name"])] = object
	}
}

func differences(path string, wanted, actual any) (findings []string) {
	switch wanted := wanted.(type) {
	case map[string]any:
		block, is := actual.(map[string]any)
		if !is {
			return []string{fmt.Sprintf("%s: expected a block, got %v", path, actual)}
		}
		for key, value := range wanted {
			findings = append(findings, differences(path+"."+key, value, block[key])...)
		}
	case []any:
		list, _ := actual.([]any)
		for i, value := range wanted {
			item := any(nil)
			if name := nameOf(value); name != nil {
				for _, candidate := range list {
					if nameOf(candidate) == name {
						item = candidate
					}
				}
			} else if i < len(list) {
				item = list[i]
			}
			findings = append(findings, differences(fmt.Sprintf("%s[%d]", path, i), value, item)...)
		}
	default:
		if !reflect.DeepEqual(wanted, actual) {
			findings = append(findings, fmt.Sprintf("%s: expected %v, got %v", path, wanted, actual))
		}
	}
	return findings
}

// Items with names are found by them, others by their place.
func nameOf(item any) any {
	block, _ := item.(map[string]any)
	return block["name"]
}
