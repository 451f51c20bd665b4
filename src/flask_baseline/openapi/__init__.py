"""OpenAPI 3.1 documents of the app's endpoints, and Swagger UI to read them."""
