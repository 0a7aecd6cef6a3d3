"""From an order to audio: what a TTSRequest says and becomes, whatever the form of the call."""
