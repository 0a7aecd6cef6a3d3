"""What Kopf calls: an event becomes a line in the view and a key in the queue."""
