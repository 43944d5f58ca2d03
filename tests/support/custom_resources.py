"""JSON Schemas of the fields that the chart uses of objects that Kubernetes does not know by itself.

Written by hand after the definitions of KEDA 2, the Prometheus operator, the External Secrets Operator and the Gateway
API: a field that is not here is refused, also where those operators would take it.
"""

from __future__ import annotations

from typing import Any

TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
TEXTS: dict[str, Any] = {"type": "object", "additionalProperties": {"type": "string"}}
DURATION: dict[str, Any] = {"type": "string", "pattern": "^([0-9]+(ms|s|m|h))+$"}


def closed(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    """An object with these properties alone, all of them required unless some are named."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": list(required or properties),
    }


def many(items: dict[str, Any]) -> dict[str, Any]:
    """A list with at least one of these."""
    return {"type": "array", "minItems": 1, "items": items}


def kind(api_version: str, spec: dict[str, Any]) -> dict[str, Any]:
    """An object of one version with this `spec`."""
    metadata = closed({"name": TEXT, "namespace": TEXT, "labels": TEXTS, "annotations": TEXTS}, "name", "namespace")
    return closed({"apiVersion": {"const": api_version}, "kind": TEXT, "metadata": metadata, "spec": spec})


KEY = closed({"name": TEXT, "key": TEXT})
SELECTOR = closed({"matchLabels": TEXTS})
SCALE_POLICY = closed({"type": {"enum": ["Pods", "Percent"]}, "value": COUNT, "periodSeconds": COUNT})
SCALE_RULES = closed({"stabilizationWindowSeconds": COUNT, "policies": many(SCALE_POLICY)})
TRIGGER = closed(
    {
        "type": {"enum": ["postgresql", "prometheus"]},
        "name": TEXT,
        "metricType": {"enum": ["AverageValue", "Value"]},
        "useCachedMetrics": {"type": "boolean"},
        "metadata": TEXTS,
        "authenticationRef": closed({"name": TEXT}),
    },
    "type", "name", "metricType", "metadata",
)  # fmt: skip
SCRAPE = closed(
    {
        "port": TEXT,
        "path": TEXT,
        "interval": DURATION,
        "authorization": closed({"type": {"const": "Bearer"}, "credentials": KEY}),
    }
)
RULE = closed(
    {"alert": TEXT, "expr": TEXT, "for": DURATION, "labels": TEXTS, "annotations": TEXTS},
    "alert", "expr", "labels", "annotations",
)  # fmt: skip
RECORD = closed({"record": TEXT, "expr": TEXT})
REMOTE = closed({"key": TEXT, "property": TEXT}, "key")

SCHEMAS: dict[str, dict[str, Any]] = {
    "ScaledObject": kind(
        "keda.sh/v1alpha1",
        closed(
            {
                "scaleTargetRef": closed({"name": TEXT}),
                "minReplicaCount": COUNT,
                "maxReplicaCount": COUNT,
                "pollingInterval": COUNT,
                "cooldownPeriod": COUNT,
                "advanced": closed(
                    {"horizontalPodAutoscalerConfig": closed({"behavior": closed({"scaleDown": SCALE_RULES})})}
                ),
                "triggers": many(TRIGGER),
            }
        ),
    ),
    "TriggerAuthentication": kind(
        "keda.sh/v1alpha1",
        closed({"secretTargetRef": many(closed({"parameter": {"const": "connection"}, "name": TEXT, "key": TEXT}))}),
    ),
    "ServiceMonitor": kind("monitoring.coreos.com/v1", closed({"selector": SELECTOR, "endpoints": many(SCRAPE)})),
    "PodMonitor": kind("monitoring.coreos.com/v1", closed({"selector": SELECTOR, "podMetricsEndpoints": many(SCRAPE)})),
    "PrometheusRule": kind(
        "monitoring.coreos.com/v1",
        closed({"groups": many(closed({"name": TEXT, "rules": many({"oneOf": [RULE, RECORD]})}))}),
    ),
    "ExternalSecret": kind(
        "external-secrets.io/v1",
        closed(
            {
                "refreshInterval": DURATION,
                "secretStoreRef": closed({"name": TEXT, "kind": {"enum": ["SecretStore", "ClusterSecretStore"]}}),
                "target": closed({"name": TEXT, "creationPolicy": {"enum": ["Owner", "Orphan", "Merge", "None"]}}),
                "data": many(closed({"secretKey": TEXT, "remoteRef": REMOTE})),
            }
        ),
    ),
    "HTTPRoute": kind(
        "gateway.networking.k8s.io/v1",
        closed(
            {
                "parentRefs": many(
                    closed({"name": TEXT, "namespace": TEXT, "sectionName": TEXT, "port": COUNT}, "name")
                ),
                "hostnames": many(TEXT),
                "rules": many(
                    closed(
                        {
                            "matches": many(closed({"path": closed({"type": {"const": "PathPrefix"}, "value": TEXT})})),
                            "timeouts": closed({"request": DURATION}),
                            "backendRefs": many(closed({"name": TEXT, "port": COUNT})),
                        }
                    )
                ),
            },
            "parentRefs", "rules",
        ),
    ),
}  # fmt: skip
