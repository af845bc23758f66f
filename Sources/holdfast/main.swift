import HoldfastCommands

HoldfastCommand.start()
