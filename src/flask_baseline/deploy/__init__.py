"""The app under real servers."""
