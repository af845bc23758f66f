/// What `holdfast` without a command prints: what to type first, in ten lines.
enum FirstSteps {
  static let text = """
    Holdfast audits and hardens multimodal encoders against adversarial inputs. What to type first:

      holdfast demo                                # see both on a built-in model, within minutes
      holdfast pull openai/clip-vit-base-patch32   # then on a model of yours
      holdfast audit --model hf:openai/clip-vit-base-patch32 --data path/to/images --limit 100
      holdfast harden --model hf:openai/clip-vit-base-patch32 --method r-adapt --output hardened
      holdfast audit --model hardened --data path/to/images --limit 100

    `path/to/images` holds one folder of pictures per class. The same audit again resumes.
    `holdfast --help` lists all commands, and `holdfast audit --help` all options of one.
    """
}
