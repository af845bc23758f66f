// Carries the link and include flags of libtorch (see libtorch.pc); it declares nothing, since
// no C++ type of libtorch may reach Swift.
#pragma once
