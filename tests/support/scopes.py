"""What each root field asks of an API key; a field that is missing here fails a test, so that none is forgotten."""

from __future__ import annotations

# By no key: a session is needed
SESSION = "SESSION"
# By every key, and by nobody too
ANY = "ANY"

MUTATIONS = {
    "register": ANY,
    "login": ANY,
    "refreshSession": ANY,
    "logout": ANY,
    "logoutEverywhere": SESSION,
    "changePassword": SESSION,
    "inviteUser": SESSION,
    "revokeInvitation": SESSION,
    "acceptInvitation": ANY,
    "requestPasswordReset": ANY,
    "resetPassword": ANY,
    "beginSignIn": ANY,
    "finishSignIn": ANY,
    "createApiKey": SESSION,
    "revokeApiKey": SESSION,
    "rotateWebhookSecret": SESSION,
    "redeliverWebhook": "RUN",
    "createModel": "WRITE",
    "updateModel": "WRITE",
    "deleteModel": "WRITE",
    "publishVersion": "WRITE",
    "prepareAgain": "WRITE",
    "setModelVariable": "WRITE",
    "removeModelVariable": "WRITE",
    "setModelAlias": "WRITE",
    "removeModelAlias": "WRITE",
    "createPrediction": "RUN",
    "retryPrediction": "RUN",
    "cancelPrediction": "RUN",
    "rerun": "RUN",
    "deletePrediction": "WRITE",
    "deletePredictions": "WRITE",
    "createBatch": "RUN",
    "cancelBatch": "RUN",
    "retryFailedBatch": "RUN",
    "redeliverBatchWebhook": "RUN",
    "createUpload": "RUN",
    "purgeResults": "WRITE",
}
QUERIES = {
    "node": "READ",
    "nodes": "READ",
    "model": "READ",
    "models": "READ",
    "prediction": "READ",
    "predictions": "READ",
    "comparePredictions": "READ",
    "batch": "READ",
    "batches": "READ",
    "upload": "READ",
    "viewer": ANY,
    "server": ANY,
    "rateLimit": ANY,
    "workers": "ADMIN",
    "queues": "ADMIN",
    "users": "ADMIN",
    "auditEvents": "ADMIN",
    "invitations": "ADMIN",
}
SUBSCRIPTIONS = {
    "predictionEvents": "READ",
    "predictions": "READ",
    "batch": "READ",
}
