package main

import (
	"fmt"
	"path"
	"sort"
	"strings"

	chart3 "helm.sh/helm/v3/pkg/chart"
	loader3 "helm.sh/helm/v3/pkg/chart/loader"
	util3 "helm.sh/helm/v3/pkg/chartutil"
	engine3 "helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	util4 "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
)

type values = map[string]any

// A render is one `helm template`.
type render struct {
	files      map[string][]byte
	release    string
	namespace  string
	kubernetes string
	values     values
}

// The steps of `helm template` by the packages of both Helms; starting the programs takes twenty times as long.
var helms = map[string]func(render) (map[string]string, error){"Helm 3": helm3, "Helm 4": helm4}

func helm3(r render) (map[string]string, error) {
	var files []*loader3.BufferedFile
	for name, data := range r.files {
		files = append(files, &loader3.BufferedFile{Name: name, Data: data})
	}
	chart, err := loader3.LoadFiles(files)
	if err != nil {
		return nil, err
	}
	if err := util3.ProcessDependenciesWithMerge(chart, r.values); err != nil {
		return nil, err
	}
	capabilities := util3.DefaultCapabilities.Copy()
	version, err := util3.ParseKubeVersion(r.kubernetes)
	if err != nil {
		return nil, err
	}
	capabilities.KubeVersion = *version
	options := util3.ReleaseOptions{Name: r.release, Namespace: r.namespace, Revision: 1, IsInstall: true}
	top, err := util3.ToRenderValues(chart, r.values, options, capabilities)
	if err != nil {
		return nil, err
	}
	return engine3.Render(chart, top)
}

func helm4(r render) (map[string]string, error) {
	var files []*archive.BufferedFile
	for name, data := range r.files {
		files = append(files, &archive.BufferedFile{Name: name, Data: data})
	}
	chart, err := loader.LoadFiles(files)
	if err != nil {
		return nil, err
	}
	if err := util4.ProcessDependencies(chart, r.values); err != nil {
		return nil, err
	}
	capabilities := common.DefaultCapabilities.Copy()
	version, err := common.ParseKubeVersion(r.kubernetes)
	if err != nil {
		return nil, err
	}
	capabilities.KubeVersion = *version
	options := common.ReleaseOptions{Name: r.release, Namespace: r.namespace, Revision: 1, IsInstall: true}
	top, err := util.ToRenderValues(chart, r.values, options, capabilities)
	if err != nil {
		return nil, err
	}
	return engine.Render(chart, top)
}

// manifests joins what was rendered, without the notes.
func manifests(rendered map[string]string) string {
	var names []string
	for name := range rendered {
		if path.Base(name) != "NOTES.txt" && strings.TrimSpace(rendered[name]) != "" {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	var all strings.Builder
	for _, name := range names {
		fmt.Fprintf(&all, "\n---\n%s\n", rendered[name])
	}
	return all.String()
}

// readChart gives the files of a chart, without those of .helmignore.
func readChart(dir string) (map[string][]byte, error) {
	chart, err := loader3.LoadDir(dir)
	if err != nil {
		return nil, err
	}
	return raw(chart.Raw), nil
}

func raw(files []*chart3.File) map[string][]byte {
	all := map[string][]byte{}
	for _, file := range files {
		all[file.Name] = file.Data
	}
	return all
}
