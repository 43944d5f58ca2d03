"""What is measured of every operation: counts, durations and spans."""
