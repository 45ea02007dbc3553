# In through an Ingress with TLS and through an HTTPRoute, with a real prediction; and the model update once more, through the gateway.
# Alone: because of the gateway, as the canary.
kubectl get ingressclass traefik >/dev/null 2>&1 && kubectl get gatewayclass traefik >/dev/null 2>&1 || skip "no ingress and gateway controller called traefik"
address=$(kubectl --namespace traefik get service traefik --output 'jsonpath={.status.loadBalancer.ingress[0].ip}')
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=models.example.com -addext subjectAltName=DNS:models.example.com,DNS:routed.example.com \
	-keyout "$work/tls.key" -out "$work/tls.crt" 2>/dev/null
k create secret tls models-tls --cert "$work/tls.crt" --key "$work/tls.key" >/dev/null
gateway <<'YAML'
- name: http
  port: 80
  protocol: HTTP
- name: https
  port: 443
  protocol: HTTPS
  hostname: routed.example.com
  tls:
    certificateRefs:
      - name: models-tls
YAML
settings=(--set replicaCount=3
	--set ingress.enabled=true --set ingress.className=traefik --set 'ingress.hosts[0].host=models.example.com'
	--set 'ingress.tls[0].secretName=models-tls' --set 'ingress.tls[0].hosts[0]=models.example.com'
	--set httpRoute.enabled=true --set 'httpRoute.parentRefs[0].name=gateway' --set 'httpRoute.hostnames[0]=routed.example.com')
one=$(version 1) two=$(version 2)
install helm helm "${settings[@]}" --set model.source.configMap=model-1
for host in models.example.com routed.example.com; do
	predict() {
		curl -sf --cacert "$work/tls.crt" --resolve "$host:443:$address" "https://$host/predict" -H content-type:application/json -d @target/e2e/body.json | jq -e '.prediction == 0' >/dev/null
	}
	wait_for 60 "a prediction through https://$host" predict
	note "https://$host predicts"
done
FRESH=40 load_both https://models.example.com 80 -connect-to "models.example.com:443:$address:443" -root-certs "$work/tls.crt"
load routed https://routed.example.com 80 -connect-to "routed.example.com:443:$address:443" -root-certs "$work/tls.crt"
sleep 20
upgrade helm helm "${settings[@]}" --set model.source.configMap=model-2
sleep 25
unload kept fresh routed
report kept fresh routed -- --versions "$one,$two"
