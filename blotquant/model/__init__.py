"""Value objects: what is known, decided and measured. No I/O and no numerics beyond validation."""
