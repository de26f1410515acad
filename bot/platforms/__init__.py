"""The platforms: each turns what it received into an `Incoming`, and sends the `Outgoing` that comes back."""
