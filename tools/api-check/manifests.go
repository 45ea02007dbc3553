package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// checkManifests checks every document of a YAML stream. A finding names the object, the field and what is wrong with it.
func checkManifests(text string, restricted bool) (findings []string) {
	reader := utilyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
	seen := map[string]bool{}
	for {
		document, err := reader.Read()
		if err == io.EOF {
			return findings
		}
		if err != nil {
			return append(findings, err.Error())
		}
		json, err := yaml.YAMLToJSONStrict(document)
		if err != nil {
			findings = append(findings, fmt.Sprintf("no YAML: %s", err))
			continue
		}
		if string(json) == "null" {
			continue
		}
		name, errs := checkObject(json, restricted)
		if seen[name] {
			errs = append(errs, "occurs twice")
		}
		seen[name] = true
		for _, err := range errs {
			findings = append(findings, name+": "+err)
		}
	}
}

func checkObject(json []byte, restricted bool) (name string, errs []string) {
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(json); err != nil {
		return "?", []string{err.Error()}
	}
	gvk := object.GroupVersionKind()
	name = fmt.Sprintf("%s %s/%s", gvk.Kind, object.GetNamespace(), object.GetName())
	for _, field := range []string{"labels", "annotations"} {
		if _, _, err := unstructured.NestedStringMap(object.Object, "metadata", field); err != nil {
			return name, []string{err.Error()}
		}
	}
	switch custom, known := customs[gvk]; {
	case known:
		errs = custom.check(object)
	case isNative(gvk):
		errs = checkNative(gvk, json, restricted)
	default:
		errs = []string{fmt.Sprintf("neither Kubernetes nor a definition in --crds knows %s", gvk)}
	}
	return name, errs
}
