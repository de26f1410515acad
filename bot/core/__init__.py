"""What Vigie does, whatever the platform: one event in, its answer out."""
