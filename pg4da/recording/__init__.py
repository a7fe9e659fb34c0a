"""What a run leaves behind: pictures, a film, a log of events, the result."""
