"""OpenAI's speech API: `POST /v1/audio/speech`, and the lists of models and voices that its clients ask for."""
