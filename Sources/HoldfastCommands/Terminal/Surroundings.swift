/// The parts of the manual and the reference that no argument defines.
enum Surroundings {
  /// The environment variables that the program reads, with their meaning.
  static let variables = [
    ("HF_HUB_CACHE", "The folder of the Hugging Face hub's cache; else hub in HF_HOME."),
    ("HF_HOME", "The folder of the Hugging Face tools; ~/.cache/huggingface if not set."),
    ("HF_ENDPOINT", "The hub to fetch from; huggingface.co if not set."),
    ("HF_TOKEN", "The access token of the hub."),
    ("HF_HUB_OFFLINE", "1 forbids the network."),
    ("NO_COLOR", "Any value switches off colours in messages on a terminal."),
    ("RANK", "The place of the process in a job, as torchrun sets it."),
    ("WORLD_SIZE", "The processes of the job."),
    ("MASTER_ADDR", "The machine at which the processes of the job meet."),
    ("MASTER_PORT", "The port at which they meet."),
    ("LOCAL_RANK", "The GPU of the process, if --device cuda names none."),
    ("LOCAL_WORLD_SIZE", "The processes that share the machine's memory."),
  ]

  /// The files of a run.
  static let files = [
    ("run.json", "The plan, which a resumed run must equal, and the sessions with their commands."),
    ("samples.jsonl", "One line for each sample that is finished."),
    ("checks.json", "The masking checks, and the verdicts that they were made of."),
    ("summary.json", "The results."),
    ("report.html", "The same as a page."),
  ]

  /// The exit codes.
  static let codes = [
    ("0", "Done."), ("1", "Done, but a requirement of --require is not met."), ("2", "Failed."),
    ("64", "The command line is wrong."),
  ]

  /// Commands worth knowing, with what they are for.
  static let examples = [
    ("Audit a model of the Hugging Face hub:", "holdfast pull openai/clip-vit-base-patch32"),
    (
      "",
      "holdfast audit --model hf:openai/clip-vit-base-patch32 --data images --epsilon 4/255"
    ),
    (
      "Put a defence around it, and see what it is worth:",
      "holdfast harden --model hf:openai/clip-vit-base-patch32 --method r-adapt --output hardened"
    ),
    ("", "holdfast audit --model hardened --data images --epsilon 4/255"),
    ("Take the options from a file:", "holdfast audit --config audit.yaml"),
  ]
}
