// The umbrella: what a user of the library imports.

@_exported import HoldfastAttacks
@_exported import HoldfastAudit
@_exported import HoldfastCore
@_exported import HoldfastData
@_exported import HoldfastDefenses
@_exported import HoldfastEncoders
@_exported import HoldfastEngine
@_exported import HoldfastErrors
@_exported import HoldfastFormats
@_exported import HoldfastLayers
@_exported import HoldfastMedia
@_exported import HoldfastRecords
@_exported import HoldfastReport
@_exported import HoldfastRuns
@_exported import HoldfastScenes
@_exported import HoldfastTensor
@_exported import HoldfastText
@_exported import HoldfastTraining
