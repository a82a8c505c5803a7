"""One question a page: read state, call one function, draw. No arithmetic."""
