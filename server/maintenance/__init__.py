"""The sweepers that every process runs: recovery, retention, roll-ups, and what is tidied up in time."""
