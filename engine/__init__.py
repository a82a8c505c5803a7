"""Data, models, metrics and simulated users. Knows nothing of experiments or of Streamlit."""
