"""What bounds an operation before it runs: its document's shape, its cost, the caller's budget, known documents."""
