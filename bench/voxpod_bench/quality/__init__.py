"""What a speech recogniser writes down of what the model says, beside what it was to say."""
