"""Settings under which a lost worker is noticed within seconds, and one that stops waits for nothing."""

QUICK = {
    "LEASE_SECONDS": "2",
    "HEARTBEAT_SECONDS": "0.4",
    "RECOVERY_SECONDS": "0.5",
    "CLAIM_POLL_SECONDS": "0.5",
    "SHUTDOWN_GRACE_SECONDS": "0",
}
