import Holdfast

/// How many samples an attack leaves standing, of those that are right when clean.
func standing(
  _ recipe: AttackRecipe, on samples: [PreparedSample], of subject: Subject, at radius: Radius
) throws -> (clean: Int, robust: Int) {
  let jobs = try samples.map { sample in
    try AttackJob(
      id: sample.id, input: sample.tensor(for: subject.encoder.input), label: sample.label,
      for: subject, radii: [radius])
  }.filter { $0.truth.isCorrect }
  let outcomes = try recipe.run(on: jobs, PoolSettings(subject: subject))
  return (jobs.count, outcomes.count { !$0.radii[0].success })
}
