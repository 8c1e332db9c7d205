"""Pages to nurses: durable before announced, sent until a nurse answers, alive after call and process."""
