/// The version of the schema that run folders are written in.
public let recordVersion = 1
