package main

import "fmt"

// recordedTwice says which series two groups of rules record: a Prometheus would mix them up, whatever they are computed from.
func recordedTwice(rendered string) (findings []string) {
	all, err := objects(rendered)
	if err != nil {
		return nil // said already
	}
	by := map[string]string{}
	for name, object := range all {
		rules, _ := object.(map[string]any)
		if rules["kind"] != "PrometheusRule" {
			continue
		}
		spec, _ := rules["spec"].(map[string]any)
		groups, _ := spec["groups"].([]any)
		for _, group := range groups {
			group, _ := group.(map[string]any)
			list, _ := group["rules"].([]any)
			for _, rule := range list {
				rule, _ := rule.(map[string]any)
				if rule["record"] == nil {
					continue
				}
				series := fmt.Sprintf("%v%v", rule["record"], rule["labels"]) // maps are printed in order
				if other, twice := by[series]; twice {
					findings = append(findings, fmt.Sprintf("%s and %s both record %s", other, name, series))
				}
				by[series] = name
			}
		}
	}
	return findings
}
