"""REST: `/v1`, in the form of Replicate's API."""
