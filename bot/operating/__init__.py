"""What whoever hosts Vigie sees of her, and does for her: health, figures, findings, backups."""
