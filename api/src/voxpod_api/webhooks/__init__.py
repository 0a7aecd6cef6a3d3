"""Who is told of a task's end, how it knows that we told it, and what has come of that. Pure."""
