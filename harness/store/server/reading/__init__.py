"""Reading a store on servers, from the answers of its tracking server."""
