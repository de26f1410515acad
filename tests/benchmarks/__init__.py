"""Speed and memory, beside peers in the same run: ratios, as a time alone says little of a machine."""
