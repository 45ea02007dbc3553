package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	schemaobjectmeta "k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"
)

// The kinds that custom resource definitions add.
var customs map[schema.GroupVersionKind]*custom

type custom struct {
	namespaced bool
	structural *structuralschema.Structural
	validator  validation.SchemaValidator
	rules      *cel.Validator
}

func readCustoms(dir string) (map[schema.GroupVersionKind]*custom, error) {
	kinds := map[schema.GroupVersionKind]*custom{}
	if dir == "" {
		return kinds, nil
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s has no definitions", dir)
	}
	for _, file := range files {
		if err == nil {
			err = readCustom(file, kinds)
		}
	}
	return kinds, err
}

func readCustom(file string, kinds map[schema.GroupVersionKind]*custom) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var external apiextensionsv1.CustomResourceDefinition
	if err := yaml.Unmarshal(text, &external); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	var crd apiextensions.CustomResourceDefinition
	if err := apiextensionsv1.Convert_v1_CustomResourceDefinition_To_apiextensions_CustomResourceDefinition(&external, &crd, nil); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for _, version := range crd.Spec.Versions {
		served, err := apiextensions.GetSchemaForVersion(&crd, version.Name)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		kind := &custom{namespaced: crd.Spec.Scope == apiextensions.NamespaceScoped}
		if kind.structural, err = structuralschema.NewStructural(served.OpenAPIV3Schema); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if kind.validator, _, err = validation.NewSchemaValidator(served.OpenAPIV3Schema); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		kind.rules = cel.NewValidator(kind.structural, true, celconfig.PerCallLimit)
		kinds[schema.GroupVersionKind{Group: crd.Spec.Group, Version: version.Name, Kind: crd.Spec.Names.Kind}] = kind
	}
	return nil
}

// check takes the steps of the API server for custom resources, in its order: unknown fields, defaults, metadata, schema, lists, rules.
func (c *custom) check(object *unstructured.Unstructured) (texts []string) {
	ctx := context.Background()
	unknown := pruning.PruneWithOptions(object.Object, c.structural, true, structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
	for _, path := range unknown {
		texts = append(texts, fmt.Sprintf("unknown field %q", path))
	}
	if c.namespaced && object.GetNamespace() == "" {
		object.SetNamespace("default") // as helm does
	}
	defaulting.PruneNonNullableNullsWithoutDefaults(object.Object, c.structural)
	defaulting.Default(object.Object, c.structural)
	errs := apivalidation.ValidateObjectMetaAccessor(object, c.namespaced, apivalidation.NameIsDNSSubdomain, field.NewPath("metadata"))
	errs = append(errs, validation.ValidateCustomResource(nil, object.Object, c.validator)...)
	errs = append(errs, schemaobjectmeta.Validate(ctx, nil, object.Object, c.structural, false)...)
	errs = append(errs, listtype.ValidateListSetsAndMaps(nil, c.structural, object.Object)...)
	if len(errs) == 0 && c.rules != nil {
		broken, _ := c.rules.Validate(ctx, nil, c.structural, object.Object, nil, celconfig.RuntimeCELCostBudget)
		errs = append(errs, broken...)
	}
	for _, err := range errs {
		texts = append(texts, err.Error())
	}
	return texts
}
