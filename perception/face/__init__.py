"""What a camera shows of one patient: small pictures in, readings of face cues and presence out, and no picture kept."""
