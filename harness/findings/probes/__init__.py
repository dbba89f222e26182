"""What probes of trained networks found."""
