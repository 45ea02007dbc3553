package main

import (
	"context"
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	genericapirequest "k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/apiserver/pkg/warning"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	_ "k8s.io/kubernetes/pkg/apis/rbac/install"
	"k8s.io/kubernetes/pkg/registry/apps/deployment"
	"k8s.io/kubernetes/pkg/registry/autoscaling/horizontalpodautoscaler"
	"k8s.io/kubernetes/pkg/registry/core/configmap"
	"k8s.io/kubernetes/pkg/registry/core/namespace"
	"k8s.io/kubernetes/pkg/registry/core/pod"
	"k8s.io/kubernetes/pkg/registry/core/secret"
	"k8s.io/kubernetes/pkg/registry/core/service"
	"k8s.io/kubernetes/pkg/registry/core/serviceaccount"
	"k8s.io/kubernetes/pkg/registry/networking/ingress"
	"k8s.io/kubernetes/pkg/registry/networking/networkpolicy"
	"k8s.io/kubernetes/pkg/registry/policy/poddisruptionbudget"
	podsecurity "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// What the API server runs over a new object of each kind.
var strategies = map[string]rest.RESTCreateStrategy{
	"ConfigMap":               configmap.Strategy,
	"Deployment":              deployment.Strategy,
	"HorizontalPodAutoscaler": horizontalpodautoscaler.Strategy,
	"Ingress":                 ingress.Strategy,
	"Namespace":               namespace.Strategy,
	"NetworkPolicy":           networkpolicy.Strategy,
	"Pod":                     pod.Strategy,
	"PodDisruptionBudget":     poddisruptionbudget.Strategy,
	"Secret":                  secret.Strategy,
	"Service":                 service.Strategy,
	"ServiceAccount":          serviceaccount.Strategy,
}

var strict = json.NewSerializerWithOptions(json.DefaultMetaFactory, legacyscheme.Scheme, legacyscheme.Scheme, json.SerializerOptions{Strict: true})

func isNative(gvk schema.GroupVersionKind) bool { return legacyscheme.Scheme.Recognizes(gvk) }

// checkNative decodes an object strictly, fills in the defaults and validates it, as the API server does when it is made.
func checkNative(gvk schema.GroupVersionKind, text []byte, restricted bool) (errs []string) {
	strategy, known := strategies[gvk.Kind]
	if !known {
		return []string{"no strategy for this kind in tools/api-check/native.go; add it"}
	}
	object, _, err := strict.Decode(text, &gvk, nil)
	if err != nil {
		return []string{err.Error()}
	}
	legacyscheme.Scheme.Default(object)
	if restricted {
		errs = insecure(object)
	}
	internal, err := legacyscheme.Scheme.UnsafeConvertToVersion(object, runtime.InternalGroupVersioner)
	if err != nil {
		return []string{err.Error()}
	}
	accessor, err := meta.Accessor(internal)
	if err != nil {
		return []string{err.Error()}
	}
	if strategy.NamespaceScoped() && accessor.GetNamespace() == "" {
		accessor.SetNamespace("default") // as helm does
	}
	// What the server allocates first.
	if service, is := internal.(*core.Service); is && service.Spec.HealthCheckNodePort == 0 && service.Spec.Type == core.ServiceTypeLoadBalancer &&
		service.Spec.ExternalTrafficPolicy == core.ServiceExternalTrafficPolicyLocal {
		service.Spec.HealthCheckNodePort = 30000
	}
	if service, is := internal.(*core.Service); is && service.Spec.ClusterIP != "" {
		service.Spec.ClusterIPs = []string{service.Spec.ClusterIP}
	}
	rest.FillObjectMetaSystemFields(accessor)
	warnings := &recorder{}
	ctx := warning.WithWarningRecorder(context.Background(), warnings)
	ctx = genericapirequest.WithRequestInfo(ctx, &genericapirequest.RequestInfo{APIGroup: gvk.Group, APIVersion: gvk.Version})
	ctx = genericapirequest.WithNamespace(ctx, accessor.GetNamespace())
	err = rest.BeforeCreate(strategy, ctx, internal)
	return append(append(errs, causes(err)...), *warnings...)
}

// A warning is printed by kubectl and helm at every install, so it is a mistake of the chart too.
type recorder []string

func (r *recorder) AddWarning(_, text string) {
	if strings.Contains(text, "PreferClose") {
		return // the new name, PreferSameZone, is unknown to the older of the versions that the chart is for
	}
	*r = append(*r, "warning: "+text)
}

func causes(err error) (texts []string) {
	if err == nil {
		return nil
	}
	status, is := err.(apierrors.APIStatus)
	if !is || status.Status().Details == nil || len(status.Status().Details.Causes) == 0 {
		return []string{err.Error()}
	}
	for _, cause := range status.Status().Details.Causes {
		texts = append(texts, fmt.Sprintf("%s: %s", cause.Field, cause.Message))
	}
	return texts
}

var standard = func() policy.Evaluator {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		fatal(err)
	}
	return evaluator
}()

// insecure says how an object's pods violate the restricted Pod Security Standard.
func insecure(object runtime.Object) (errs []string) {
	var template *corev1.PodTemplateSpec
	switch object := object.(type) {
	case *appsv1.Deployment:
		template = &object.Spec.Template
	case *corev1.Pod:
		template = &corev1.PodTemplateSpec{ObjectMeta: object.ObjectMeta, Spec: object.Spec}
	default:
		return nil
	}
	level := podsecurity.LevelVersion{Level: podsecurity.LevelRestricted, Version: podsecurity.LatestVersion()}
	for _, result := range standard.EvaluatePod(level, &template.ObjectMeta, &template.Spec) {
		if !result.Allowed {
			errs = append(errs, fmt.Sprintf("the restricted Pod Security Standard: %s (%s)", result.ForbiddenReason, result.ForbiddenDetail))
		}
	}
	return errs
}
