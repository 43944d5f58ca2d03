"""Every statement that moves a prediction, version or webhook, or counts what waits, with the reason for its form."""
