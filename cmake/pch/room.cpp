// Carries the precompiled headers that every room reuses (cmake/options.cmake).
