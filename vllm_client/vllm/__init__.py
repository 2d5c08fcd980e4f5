"""What is known of vLLM itself: its routes, and what each version changed."""
