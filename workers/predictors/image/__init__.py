"""Image generation with diffusers: pipelines, previews, pictures drawn together."""
