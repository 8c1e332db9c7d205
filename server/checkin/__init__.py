"""The conductor: owns each check-in from its first connection to its end; knows the order of stages and no rule."""
