print("rekindle")
