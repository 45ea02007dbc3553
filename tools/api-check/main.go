// api-check runs over manifests what the API server runs when they are created: decoding, defaults, validation. kubeconform knows
// types and names of fields; this knows their rules.
//
//	api-check [--crds DIR] [--restricted] [FILE...]                        manifests, without files from standard input
//	api-check [--crds DIR] --chart DIR [--cases FILE] [VALUES-FILE...]     what a chart renders of values, by Helm 3 and Helm 4
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

func main() {
	crds := flag.String("crds", "", "directory of the definitions of custom resources")
	restricted := flag.Bool("restricted", false, "hold pods to the restricted Pod Security Standard too")
	chart := flag.String("chart", "", "directory of the chart to render")
	table := flag.String("cases", "", "file with a table of values, and of what is expected of them")
	only := flag.String("only", "", "run the cases whose name contains this alone")
	flag.Parse()
	debug.SetGCPercent(400) // a quarter of the time otherwise
	var err error
	if customs, err = readCustoms(*crds); err != nil {
		fatal(err)
	}
	if *chart != "" {
		os.Exit(checkChart(*chart, *table, *only, flag.Args()))
	}
	text, err := readAll(flag.Args())
	if err != nil {
		fatal(err)
	}
	findings := checkManifests(text, *restricted)
	for _, finding := range findings {
		fmt.Println(finding)
	}
	if len(findings) > 0 {
		os.Exit(1)
	}
}

func readAll(files []string) (text string, err error) {
	if len(files) == 0 {
		bytes, err := io.ReadAll(os.Stdin)
		return string(bytes), err
	}
	for _, file := range files {
		bytes, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		text += "\n---\n" + string(bytes)
	}
	return text, nil
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(2)
}
